import { monotonicFactory } from 'ulid';
import type { JournalEntry } from '../../shared/api/journal';
import type { DeviceId } from '../../shared/domain/ids';
import type { Clock } from '../clock';
import { currentTraceId } from '../trace';
import type { WriteBatch } from '../store/write-batch';
import type { JournalStore } from './journal-store';

export type JournalInput = {
  readonly kind: string;
  readonly message: string;
  readonly actor?: string;
  readonly deviceId?: DeviceId;
  readonly details?: Readonly<Record<string, unknown>>;
};

const DEFAULT_PAGE = 100;
/** Entries of a first snapshot. */
const RECENT = 100;

/** The append-only record of what happened: who, what, when, with which result. Rows go into the turn's transaction (FULL). */
export class Journal {
  private readonly nextId = monotonicFactory();

  constructor(
    private readonly store: JournalStore,
    private readonly batch: WriteBatch,
    private readonly clock: Clock,
    private readonly onEntry: (entry: JournalEntry) => void,
  ) {}

  /** Appends one entry. `kind` is dotted, for example `device.offline`; `actor` defaults to the console itself. It belongs to the present trace. */
  add({ kind, message, actor = 'system:console', deviceId, details = {} }: JournalInput): void {
    const now = this.clock.now();
    const traceId = currentTraceId();
    const entry: JournalEntry = {
      id: this.nextId(now),
      at: new Date(now).toISOString(),
      kind,
      ...(deviceId && { deviceId }),
      actor,
      message,
      ...(traceId !== undefined && { traceId }),
      details,
    };
    this.batch.plant(() => this.store.append(entry));
    this.onEntry(entry);
  }

  recent(): JournalEntry[] {
    return this.store.list({ limit: RECENT });
  }

  /** A page, newest first. `cursor` is the id of the last entry seen. */
  page(input: {
    since?: string | undefined;
    kind?: string | undefined;
    deviceId?: DeviceId | undefined;
    traceId?: string | undefined;
    limit?: number | undefined;
    cursor?: string | undefined;
  }) {
    const limit = input.limit ?? DEFAULT_PAGE;
    const items = this.store.list({
      limit: limit + 1,
      ...(input.since !== undefined && { since: Date.parse(input.since) }),
      ...(input.kind !== undefined && { kind: input.kind }),
      ...(input.deviceId !== undefined && { deviceId: input.deviceId }),
      ...(input.traceId !== undefined && { traceId: input.traceId }),
      ...(input.cursor !== undefined && { beforeId: input.cursor }),
    });
    const page = items.slice(0, limit);
    const last = page.at(-1);
    return { items: page, ...(items.length > limit && last && { nextCursor: last.id }) };
  }
}
