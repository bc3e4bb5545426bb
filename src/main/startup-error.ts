/** The console cannot start, for a reason that the user can mend. `message` is a whole sentence with what to do. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}
