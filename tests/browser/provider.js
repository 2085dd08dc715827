// A small provider of OpenID Connect on loopback, at another address than the desk: to a browser it is
// another site. Whoever writes their name into its form is let in with the claims that it has for them.

import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { createServer } from "node:http";

const CLIENT = "deskd";
export const SECRET = "known to the desk and the provider";

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

const PAGE = (asked) => `<!doctype html><html lang="en"><title>Sign in</title><main><h1>The provider</h1><form method="post" action="/authorize">
<input type="hidden" name="asked" value="${escaped(asked)}"><label>Name <input name="who" autofocus></label>
<button name="answer" value="yes">Let me in</button><button name="answer" value="no">Rather not</button></form></main></html>`;

export class Provider {
  /** @param {Record<string, object>} people claims by name */
  constructor(people) {
    this.people = people;
    this.keys = generateKeyPairSync("ed25519");
    this.codes = new Map();
    /** How often somebody was asked who they are. */
    this.asked = 0;
  }

  async start() {
    this.server = createServer((request, answer) => {
      const chunks = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", () => this.answer(request, new URLSearchParams(Buffer.concat(chunks).toString()), answer));
    });
    await new Promise((resolve) => this.server.listen(0, "127.0.0.2", resolve));
    this.issuer = `http://127.0.0.2:${this.server.address().port}`;
    return this;
  }

  end() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  answer(request, form, answer) {
    const { pathname, searchParams } = new URL(request.url, this.issuer);
    const json = (value, status = 200) => answer.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    switch (`${request.method} ${pathname}`) {
      case "GET /.well-known/openid-configuration":
        return json(this.described());
      case "GET /keys":
        return json({ keys: [{ ...this.keys.publicKey.export({ format: "jwk" }), use: "sig", alg: "EdDSA", kid: "k1" }] });
      case "GET /authorize":
        this.asked += 1;
        assert.equal(searchParams.get("client_id"), CLIENT);
        return answer.writeHead(200, { "content-type": "text/html" }).end(PAGE(searchParams.toString()));
      case "POST /authorize":
        return answer.writeHead(303, { location: this.sentBack(form) }).end();
      case "POST /token": {
        const basic = Buffer.from(`${CLIENT}:${SECRET.replaceAll(" ", "+")}`).toString("base64");
        const begun = this.codes.get(form.get("code"));
        this.codes.delete(form.get("code"));
        const known = request.headers.authorization === `Basic ${basic}` && begun;
        const verifier = createHash("sha256").update(form.get("code_verifier") ?? "").digest("base64url");
        if (!known || verifier !== begun.challenge) return json({ error: "invalid_grant" }, 400);
        return json({ access_token: "a", token_type: "Bearer", id_token: this.idToken(begun) });
      }
      default:
        return answer.writeHead(404).end();
    }
  }

  described() {
    const at = (path) => `${this.issuer}${path}`;
    return {
      issuer: this.issuer,
      authorization_endpoint: at("/authorize"),
      token_endpoint: at("/token"),
      jwks_uri: at("/keys"),
      response_types_supported: ["code"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["EdDSA"],
    };
  }

  /** Where the browser goes once its person has answered. */
  sentBack(form) {
    const asked = new URLSearchParams(form.get("asked"));
    const to = new URL(asked.get("redirect_uri"));
    to.searchParams.set("state", asked.get("state"));
    if (form.get("answer") === "no") to.searchParams.set("error", "access_denied");
    else {
      const code = randomUUID();
      this.codes.set(code, { who: form.get("who"), nonce: asked.get("nonce"), challenge: asked.get("code_challenge") });
      to.searchParams.set("code", code);
    }
    return to.href;
  }

  idToken({ who, nonce }) {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: this.issuer, aud: CLIENT, sub: who, iat: now, exp: now + 300, nonce, preferred_username: who, ...this.people[who] };
    const message = `${part({ alg: "EdDSA", kid: "k1" })}.${part(claims)}`;
    return `${message}.${sign(null, Buffer.from(message), this.keys.privateKey).toString("base64url")}`;
  }
}
