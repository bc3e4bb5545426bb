import type { DrillView, StopLatency, StopScope } from '../../shared/api/stop';
import { failure, type Result } from '../../shared/domain/result';

/** Stops that are measured and switch nothing. */
export class Drills {
  list(): DrillView[] {
    return [];
  }

  start(_scope: StopScope, _actor: string): Result<DrillView> {
    return failure('unsupported', 'not built yet');
  }

  latencies(): StopLatency[] {
    return [];
  }
}
