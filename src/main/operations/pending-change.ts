import type { OperationKind } from '../../shared/api/operations';
import type { DeviceId } from '../../shared/domain/ids';

/** A change of idempotent state that its device has not answered yet. */
export type PendingChange = {
  readonly operationId: string;
  readonly deviceId: DeviceId;
  /** What it overwrites: a newer change of the same device and slot replaces it. For example `zone`, `config`, `subzone:bed_a`. */
  readonly slot: string;
  readonly kind: OperationKind;
  /** What the room needs to send it, as plain JSON. */
  readonly body: unknown;
  /** Unix ms. */
  readonly at: number;
};
