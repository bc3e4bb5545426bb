import type { Logger } from 'pino';

/** Exit code after a bug (EX_SOFTWARE). */
const BUG_EXIT_CODE = 70;

/**
 * The one sink for what nobody caught. The console never limps on after it: it logs and leaves, and what it had acknowledged is in the
 * store (commit before acknowledgement), the same as after a power cut.
 */
export function exitOnFatalErrors(log: Logger, exit: (code: number) => void): void {
  const end = (kind: string) => (error: unknown) => {
    log.fatal({ err: error, kind }, 'The console ends because of a bug');
    exit(BUG_EXIT_CODE);
  };
  process.on('uncaughtException', end('uncaughtException'));
  process.on('unhandledRejection', end('unhandledRejection'));
}
