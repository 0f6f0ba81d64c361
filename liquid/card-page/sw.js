// The card page without a network: this page and its files are kept, nothing else is. What is kept is the same for
// everybody; the card itself is stored by the page. The server fills in %base%, %asset:NAME% and %release% (it changes
// whenever one of the files or the page does).
const KEPT = 'tsunagi-shell-%release%';
const PAGE = '%base%/card';
const FILES = [
  '%base%/manifest.webmanifest',
  '%asset:tsunagi.css%',
  '%asset:card-page.css%',
  '%asset:card-page.js%',
  '%asset:tsunagi-card.js%',
  '%asset:tsunagi-live.js%',
  '%asset:tsunagi-full-screen.js%',
  '%asset:tsunagi-core.js%',
  '%asset:tsunagi.wasm%',
  '%asset:icon-180.png%',
  '%asset:icon-192.png%',
];

// A store behind its password answers with the password page, by a redirect: that is not our page. After a deployment the
// page names files that only the next worker keeps: without them it would be an empty page where there is no network.
const isOurs = async (answer) =>
  answer.ok && !answer.redirected && (answer.headers.get('Content-Type') || '').includes('text/html') &&
  (await answer.text()).includes('name="tsunagi-release" content="%release%"');

async function fetchPage(kept) {
  const answer = await fetch(PAGE, {cache: 'no-store', credentials: 'same-origin'});
  if (await isOurs(answer.clone())) await kept.put(PAGE, answer.clone());
  return answer;
}

self.addEventListener('install', (event) => {
  event.waitUntil((async () => {
    const kept = await caches.open(KEPT);
    await kept.addAll(FILES);
    await fetchPage(kept);
    if (!(await kept.match(PAGE))) throw new Error('the card page of this release did not answer');
    await self.skipWaiting();
  })());
});

self.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith('tsunagi-shell-') && name !== KEPT) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

self.addEventListener('fetch', (event) => {
  const {pathname, origin} = new URL(event.request.url);
  if (event.request.method !== 'GET' || origin !== self.location.origin) return;
  if (event.request.mode === 'navigate' && pathname === PAGE) {
    event.respondWith((async () => {
      const kept = await caches.open(KEPT);
      const page = await kept.match(PAGE);
      const fresh = fetchPage(kept);
      if (!page) return fresh;
      event.waitUntil(fresh.catch(() => {}));
      return page;
    })());
  } else if (FILES.includes(pathname)) {
    event.respondWith(caches.open(KEPT).then((kept) => kept.match(pathname)).then((file) => file || fetch(event.request)));
  }
});
