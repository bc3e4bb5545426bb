import type { Replacement } from '../../src/main/commissioning/commissioning-room';
import type { DeviceId } from '../../src/shared/domain/ids';
import { jobSuccess, type JobResult } from '../../src/shared/domain/job-errors';

/** Says to every replacement what a test wants to hear, and notes who asked. */
export class FakeReplacement implements Replacement {
  /** By old device alone, and by old and new one. */
  allowed: JobResult<null> = jobSuccess(null);
  allowedFor: JobResult<null> = jobSuccess(null);
  moved: Promise<JobResult<null>> = Promise.resolve(jobSuccess(null));

  constructor(readonly calls: string[] = []) {}

  readonly check = (oldId: DeviceId, newId?: DeviceId): JobResult<null> => {
    this.calls.push(newId === undefined ? `check ${oldId}` : `check ${oldId} → ${newId}`);
    return newId === undefined ? this.allowed : this.allowedFor;
  };

  readonly move = (oldId: DeviceId, newId: DeviceId): Promise<JobResult<null>> => {
    this.calls.push(`move ${oldId} → ${newId}`);
    return this.moved;
  };
}
