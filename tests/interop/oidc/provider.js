// A provider of OpenID Connect (oidc-provider) on loopback, with a few accounts and a page to sign in. For the tests of
// the page that the server serves.
//   node provider.js PORT CALLBACK      CALLBACK is where it sends people back to
import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { Provider } from 'oidc-provider';

const [port, callback] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const groups = { dora: ['auditors', 'staff'], bob: ['staff'] };
const classes = { password: 'urn:example:password', factors: 'urn:example:mfa' };

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: 'ledger',
      client_secret: 'secret-of-the-tests',
      redirect_uris: [callback],
      response_types: ['code'],
      grant_types: ['authorization_code'],
      token_endpoint_auth_method: 'client_secret_post',
    },
  ],
  pkce: { methods: ['S256'], required: () => true },
  acrValues: Object.values(classes),
  claims: { openid: ['sub', 'acr', 'amr', 'auth_time', 'groups', 'preferred_username'], profile: ['name'] },
  conformIdTokenClaims: false,
  cookies: { keys: [randomBytes(32).toString('hex')] },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({ sub: id, groups: groups[id] ?? [], preferred_username: `${id}@example.org` }),
  }),
  // Nobody is asked twice: what the client may know was agreed upon elsewhere.
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope('openid profile');
    grant.addOIDCClaims(['acr', 'amr', 'auth_time']);
    await grant.save();
    return grant;
  },
});

async function interact(request, response) {
  const { uid } = await provider.interactionDetails(request, response);
  if (request.method !== 'POST') {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><title>Sign in</title><form method="post" action="/interaction/${uid}">
      <label>Account <input name="account" autofocus></label>
      <label><input type="checkbox" name="factors" value="yes"> with a second factor</label>
      <button>Sign in</button></form>`);
    return;
  }
  const form = new URLSearchParams(await text(request));
  const hasFactors = form.get('factors') === 'yes';
  await provider.interactionFinished(request, response, {
    login: {
      accountId: form.get('account'),
      acr: hasFactors ? classes.factors : classes.password,
      amr: hasFactors ? ['pwd', 'otp', 'mfa'] : ['pwd'],
    },
  });
}

const answer = provider.callback();
createServer((request, response) => {
  if (!request.url.startsWith('/interaction/')) return answer(request, response);
  interact(request, response).catch((error) => response.writeHead(400).end(String(error)));
}).listen(Number(port), '127.0.0.1', () => console.log(`ready ${issuer}`));
