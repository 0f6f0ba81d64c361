// App-owned metafield namespaces: `$app` and `$app:name` stand for `app--<app id>` and `app--<app id>--name`.

/** @param {string|null|undefined} namespace @param {number} appId */
export function resolveNamespace(namespace, appId) {
  if (namespace === null || namespace === undefined || namespace === '$app') return `app--${appId}`;
  return namespace.startsWith('$app:') ? `app--${appId}--${namespace.slice(5)}` : namespace;
}

/** The id of the app that a namespace is reserved for, or null. @param {string} namespace */
export function reservedFor(namespace) {
  const match = /^app--(\d+)(--|$)/.exec(namespace);
  return match ? Number(match[1]) : null;
}

/** Whether an app may see and write what is in a namespace. @param {string} namespace @param {number} appId */
export function ownsNamespace(namespace, appId) {
  const owner = reservedFor(namespace);
  return owner === null || owner === appId;
}
