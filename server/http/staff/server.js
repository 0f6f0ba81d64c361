// @ts-check
// The staff's routes of our server.

const kAnswerMs = 8_000;
/** No answer, or none of ours: whether it was done is not known. */
const kNoAnswer = 0;
/** @type {readonly number[]} */
const kAskAgain = [kNoAnswer, 408, 429];

export class Refusal extends Error {
  /** @param {number} status @param {string} code @param {number} [retryAfterS] */
  constructor(status, code, retryAfterS = 0) {
    super(`${status} ${code}`);
    this.status = status;
    this.code = code;
    this.retryAfterS = retryAfterS;
  }
  /** Another try may be answered. */
  get passes() { return kAskAgain.includes(this.status) || this.status >= 500; }
  get signedOut() { return this.status === 401; }
}

/**
 * @param {'GET' | 'POST'} method @param {'work' | `trail?${string}` | 'act' | 'resend' | 'shipment/act' | 'shipment/address' | 'scan' | 'join' | 'sign-out'} path @param {unknown} [body]
 * @returns {Promise<any>} rejects with a Refusal
 */
export async function ask(method, path, body) {
  /** @type {Response} */
  let reply;
  /** @type {any} */
  let answer;
  try {
    reply = await fetch(`/staff/api/${path}`, {
      method, cache: 'no-store', signal: AbortSignal.timeout(kAnswerMs),
      ...(body === undefined ? {} : {headers: {'content-type': 'application/json'}, body: JSON.stringify(body)}),
    });
    answer = await reply.json();
  } catch {
    throw new Refusal(kNoAnswer, 'silent');  // a hotspot's own page is no answer either
  }
  if (!reply.ok) throw new Refusal(reply.status, answer?.error?.code ?? '', Number(reply.headers.get('retry-after')) || 0);
  return answer;
}
