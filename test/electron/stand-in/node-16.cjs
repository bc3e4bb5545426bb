/* What Node 24 has and the Node 16 of the old test Electron lacks, as far as the product uses it. Loaded before the product's main. */
require('core-js/stable');
const { Blob } = require('node:buffer');
const { join } = require('node:path');
const { webcrypto } = require('node:crypto');
const streams = require('node:stream/web');
const { protocol } = require('electron');

class Headers {
  constructor(entries = {}) {
    this.map = new Map(Object.entries(entries).map(([name, value]) => [name.toLowerCase(), String(value)]));
  }
  get(name) {
    return this.map.get(name.toLowerCase()) ?? null;
  }
  forEach(visit) {
    this.map.forEach((value, name) => visit(value, name));
  }
}
class Response {
  constructor(body, { status = 200, headers = {} } = {}) {
    this.body = body;
    this.status = status;
    this.headers = new Headers(headers);
  }
}
const missing = {
  Blob,
  File: class File extends Blob {},
  FormData: class FormData {},
  Headers,
  Response,
  Request: class Request {},
  crypto: webcrypto,
  ReadableStream: streams.ReadableStream,
  WritableStream: streams.WritableStream,
  TransformStream: streams.TransformStream,
};
for (const [name, value] of Object.entries(missing)) globalThis[name] ??= value;

require('node:diagnostics_channel').tracingChannel ??= () => ({ hasSubscribers: false });

AbortSignal.any ??= (signals) => {
  const controller = new AbortController();
  for (const signal of signals) {
    if (signal.aborted) controller.abort(signal.reason);
    else signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true });
  }
  return controller.signal;
};

/** `recursive` and `parentPath` came with Node 18 and 20. */
const files = require('node:fs/promises');
const { readdir } = files;
files.readdir = async (folder, options) => {
  if (!options?.recursive) return readdir(folder, options);
  const entries = await readdir(folder, { withFileTypes: true });
  const below = await Promise.all(
    entries.filter((entry) => entry.isDirectory()).map((entry) => files.readdir(join(folder, entry.name), options)),
  );
  return [...entries.map((entry) => Object.assign(entry, { parentPath: folder })), ...below.flat()];
};

/** Since Electron 25. */
protocol.handle ??= (scheme, handler) =>
  protocol.registerBufferProtocol(scheme, (request, answer) => {
    void handler({ url: request.url, method: request.method }).then((response) => {
      const headers = Object.fromEntries(response.headers.map);
      answer({
        statusCode: response.status,
        mimeType: response.headers.get('content-type') ?? undefined,
        headers,
        data: Buffer.from(response.body),
      });
    });
  });
