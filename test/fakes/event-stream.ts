import { withDeadline } from './wait';

const openDeadlineMs = 10_000;
const endDeadlineMs = 40_000;

/** A stream of the console's HTTP interface (Server-Sent Events), as a script reads it: what came so far, and its end. */
export class EventStream<T> implements AsyncDisposable {
  readonly events: T[] = [];
  readonly #abort = new AbortController();
  #ended: Promise<void> = Promise.resolve();

  /** `url`: of the console, without path. Settles when the console has answered. */
  static async open<T>(url: string, token: string, path: string): Promise<EventStream<T>> {
    const stream = new EventStream<T>();
    const { signal } = stream.#abort;
    const answer = fetch(`${url}/api/v1${path}`, { headers: { Authorization: `Bearer ${token}` }, signal });
    const response = await withDeadline(answer, openDeadlineMs, `an answer to ${path}`);
    if (!response.ok || !response.body)
      throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    stream.#ended = stream.#read(response.body.pipeThrough(new TextDecoderStream()));
    return stream;
  }

  /** Settles when the console has ended it. */
  async ended(): Promise<void> {
    await withDeadline(this.#ended, endDeadlineMs, 'the stream to end');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await this.#ended.catch(() => undefined);
  }

  async #read(text: ReadableStream<string>): Promise<void> {
    let rest = '';
    for await (const piece of text) {
      const blocks = `${rest}${piece}`.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) this.#take(block);
    }
  }

  #take(block: string): void {
    const lines = block.split('\n');
    if (!lines.includes('event: message')) return;
    this.events.push(JSON.parse(lines.filter((line) => line.startsWith('data: ')).map((line) => line.slice(6)).join('\n')) as T); // prettier-ignore
  }
}
