// Stand-in of Shopify's App Bridge: the global `shopify`, session tokens from the admin around us, and the
// Authorization header that the real one adds to every fetch of the app's own origin.
(() => {
  const admin = new URL(document.currentScript.src).origin;
  const query = new URLSearchParams(window.location.search);
  const key = document.querySelector('meta[name="shopify-api-key"]')?.content ?? '';
  const kTimeoutMs = 10000;
  const kRenewSeconds = 5;
  const waiting = new Map();
  let nextId = 1;
  let token = query.get('id_token');

  window.addEventListener('message', (event) => {
    if (event.origin !== admin || event.source !== window.parent) return;
    const pending = waiting.get(event.data?.id);
    if (!pending) return;
    waiting.delete(event.data.id);
    clearTimeout(pending.timer);
    if (event.data.error) pending.reject(new Error(event.data.error));
    else pending.resolve(event.data.value);
  });

  const ask = (action, payload) => new Promise((resolve, reject) => {
    const id = nextId++;
    const timer = setTimeout(() => {
      waiting.delete(id);
      reject(new Error(`the admin did not answer ${action}`));
    }, kTimeoutMs);
    waiting.set(id, { resolve, reject, timer });
    window.parent.postMessage({ action, id, payload }, admin);
  });

  const secondsLeft = (jwt) => {
    try {
      const claims = JSON.parse(atob(jwt.split('.')[1].replace(/-/g, '+').replace(/_/g, '/')));
      return claims.exp - Date.now() / 1000;
    } catch {
      return 0;
    }
  };

  const idToken = async () => {
    if (!token || secondsLeft(token) < kRenewSeconds) token = await ask('idToken');
    return token;
  };

  const realFetch = window.fetch.bind(window);
  window.fetch = async (input, init) => {
    const request = new Request(input, init);
    const own = new URL(request.url).origin === window.location.origin;
    if (!own || request.headers.has('authorization')) return realFetch(request);
    request.headers.set('Authorization', `Bearer ${await idToken()}`);
    return realFetch(request);
  };

  let toasts = 0;
  window.shopify = {
    config: { apiKey: key, shop: query.get('shop'), host: query.get('host'), locale: query.get('locale') ?? 'en' },
    idToken,
    loading: (on = true) => void ask('loading', { on }),
    toast: {
      show(message, options = {}) {
        void ask('toast', { message, isError: options.isError });
        return `toast-${toasts += 1}`;
      },
      hide() {},
    },
    app: { extensions: () => ask('extensions') },
    environment: { embedded: window.parent !== window, mobile: false, pos: false },
    ready: Promise.resolve(),
  };
})();
