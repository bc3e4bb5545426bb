/** What a transport hands to every procedure. */
export type ApiContext = {
  /** Who acts, as the journal names it, for example `user:operator`. */
  readonly actor: string;
  /** True while this client does not keep up; streams then hold frames back instead of queueing them. */
  readonly isCongested: () => boolean;
  /** Joins everything that follows from this call. A transport sets it when the client brought one; every procedure finds one here. */
  readonly traceId?: string;
};
