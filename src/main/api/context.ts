/** What a transport hands to every procedure. */
export type ApiContext = {
  /** Who acts, as the journal names it, for example `user:operator`. */
  readonly actor: string;
  /** True while this client does not keep up; streams then hold frames back instead of queueing them. */
  readonly isCongested: () => boolean;
};
