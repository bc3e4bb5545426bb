import { destination, pino, type DestinationStream, type Logger } from 'pino';
import { currentTraceId } from '../trace';

const STDERR = 2;

/** The log: one JSON object per line, each with the trace that it belongs to. Without `stream` it goes to standard error. */
export function createLogger(level: 'info' | 'warn', stream: DestinationStream = standardError()): Logger {
  const mixin = () => {
    const traceId = currentTraceId();
    return traceId === undefined ? {} : { traceId };
  };
  return pino({ level, base: null, mixin, timestamp: () => `,"time":"${new Date().toISOString()}"` }, stream);
}

/** Written at once, so that a crash loses no line. */
function standardError(): DestinationStream {
  const stream = destination({ dest: STDERR, sync: true });
  // A reader that went away must not end the console.
  stream.on('error', () => undefined);
  return stream;
}
