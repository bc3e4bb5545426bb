import { destination, pino, type Logger } from 'pino';

const STDERR = 2;

/** The log: one JSON object per line on standard error, written at once, so that a crash loses none. */
export function createLogger(level: 'info' | 'warn'): Logger {
  const stream = destination({ dest: STDERR, sync: true });
  // A reader that went away must not end the console.
  stream.on('error', () => undefined);
  return pino({ level, base: null, timestamp: () => `,"time":"${new Date().toISOString()}"` }, stream);
}
