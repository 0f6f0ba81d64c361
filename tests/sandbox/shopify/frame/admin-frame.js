// The admin's half of the bridge: answers the embedded app's messages, and nobody else's.
(() => {
  const facts = window.adminFrame;
  const frame = document.querySelector('iframe');
  const toast = document.querySelector('#toast');
  const read = async (path) => {
    const answer = await fetch(facts.base + path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    return answer.json();
  };
  const actions = {
    idToken: async () => (await read('/session-token')).token,
    extensions: () => read('/extensions'),
    toast: async ({ message, isError }) => {
      toast.textContent = message;
      toast.dataset.error = String(Boolean(isError));
      toast.hidden = false;
      clearTimeout(toast.timer);
      toast.timer = setTimeout(() => { toast.hidden = true; }, 5000);
    },
    loading: async ({ on }) => document.body.toggleAttribute('aria-busy', Boolean(on)),
    navigate: async ({ url }) => { window.location.assign(url); },
  };
  window.addEventListener('message', async (event) => {
    if (event.origin !== facts.appOrigin || event.source !== frame.contentWindow || !actions[event.data?.action]) return;
    const { action, id, payload } = event.data;
    let reply;
    try {
      reply = { id, value: await actions[action](payload ?? {}) };
    } catch (error) {
      reply = { id, error: error.message };
    }
    event.source.postMessage(reply, event.origin);
  });
})();
