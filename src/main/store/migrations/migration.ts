/** One step of a database, run once in its own transaction and never changed after release. */
export type Migration = { readonly name: string; readonly sql: string };
