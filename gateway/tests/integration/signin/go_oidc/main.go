// Signs in as a client on coreos/go-oidc does. Lines in: the address the browser came back to. Lines out: JSON.
package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func chance() string {
	bytes := make([]byte, 24)
	must(rand.Read(bytes))
	return base64.RawURLEncoding.EncodeToString(bytes)
}

func tell(facts map[string]any) {
	fmt.Println(string(must(json.Marshal(facts))))
}

func main() {
	issuer, clientID, redirect := os.Args[1], os.Args[2], os.Args[3]
	ctx := context.Background()
	provider := must(oidc.NewProvider(ctx, issuer))
	endpoint := provider.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInParams // a public client: it names itself and proves nothing but its verifier
	config := oauth2.Config{ClientID: clientID, Endpoint: endpoint, RedirectURL: redirect, Scopes: []string{oidc.ScopeOpenID}}
	verifier, state, nonce := oauth2.GenerateVerifier(), chance(), chance()
	tell(map[string]any{"url": config.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier))})

	line := must(bufio.NewReader(os.Stdin).ReadString('\n'))
	answer := must(url.Parse(line[:len(line)-1])).Query()
	if answer.Get("state") != state || answer.Get("iss") != issuer {
		fmt.Fprintln(os.Stderr, "another sign-in's answer, or another issuer's")
		os.Exit(1)
	}
	_, refused := config.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(oauth2.GenerateVerifier()))
	tell(map[string]any{"refused": refused != nil})

	line = must(bufio.NewReader(os.Stdin).ReadString('\n'))
	token := must(config.Exchange(ctx, must(url.Parse(line[:len(line)-1])).Query().Get("code"), oauth2.VerifierOption(verifier)))
	raw, _ := token.Extra("id_token").(string)
	algorithms := []string{oidc.EdDSA}
	verified := must(provider.Verifier(&oidc.Config{ClientID: clientID, SupportedSigningAlgs: algorithms}).Verify(ctx, raw))
	_, strange := provider.Verifier(&oidc.Config{ClientID: "another", SupportedSigningAlgs: algorithms}).Verify(ctx, raw)
	var claims map[string]any
	if err := verified.Claims(&claims); err != nil {
		must(0, err)
	}
	info := must(provider.UserInfo(ctx, config.TokenSource(ctx, token)))
	tell(map[string]any{
		"claims":   claims,
		"nonce":    verified.Nonce == nonce,
		"at_hash":  verified.VerifyAccessToken(token.AccessToken) == nil,
		"userinfo": info.Subject,
		"strange":  strange != nil,
	})
}
