// Signs in as `openid-client` (npm, certified) does. Lines in: the address the browser came back to. Lines out: JSON.
import { createInterface } from "node:readline";
import * as client from "openid-client";

const [issuer, clientId, redirectUri, jwk] = process.argv.slice(2);
const key = await crypto.subtle.importKey("jwk", JSON.parse(jwk), { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
const proof = client.PrivateKeyJwt({ key, kid: JSON.parse(jwk).kid });
const execute = [client.allowInsecureRequests];
const metadata = { id_token_signed_response_alg: "EdDSA" };
const config = await client.discovery(new URL(issuer), clientId, metadata, proof, { execute });
const pkceCodeVerifier = client.randomPKCECodeVerifier();
const expectedState = client.randomState();
const expectedNonce = client.randomNonce();
const url = client.buildAuthorizationUrl(config, {
  redirect_uri: redirectUri,
  scope: "openid",
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: "S256",
  state: expectedState,
  nonce: expectedNonce,
});
console.log(JSON.stringify({ url: url.href }));
for await (const line of createInterface({ input: process.stdin })) {
  const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true, maxAge: 600 };
  const tokens = await client.authorizationCodeGrant(config, new URL(line), checks);
  const userinfo = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
  const renewed = await client.refreshTokenGrant(config, tokens.refresh_token);
  console.log(JSON.stringify({ claims: tokens.claims(), userinfo, renewed: Boolean(renewed.access_token) }));
  break;
}
process.exit(0);
