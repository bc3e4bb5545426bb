import type { OperationView } from '../../../shared/api/operations';

/** Changes that have not ended, oldest first; of one device, or of all. */
export function waitingOperations(
  operations: Readonly<Record<string, OperationView>>,
  deviceId?: string,
): OperationView[] {
  return Object.values(operations)
    .filter((operation) => operation.state === 'pending' && (deviceId === undefined || operation.deviceId === deviceId))
    .sort((a, b) => a.startedAt.localeCompare(b.startedAt) || a.id.localeCompare(b.id));
}
