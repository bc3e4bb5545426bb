import { describe, expect, it } from 'vitest';
import { REJECTION_MS } from '../../../../src/main/devices/heartbeat-rules';
import { NOTE_EVERY_MS } from '../../../../src/main/devices/retired-devices';
import type { DeviceId } from '../../../../src/shared/domain/ids';
import { openTelemetry } from '../telemetry/telemetry-bench';
import { observeOn } from '../commissioning/replacement-bench';
import { A, B, OPERATOR, beat, found, openCore, type Core } from './core-bench';

/** Device A was replaced by device B. */
function retired(core: Core = openCore()): Core {
  core.approved(A);
  core.approved(B);
  const [old, next] = [found(core.registry.get(A)), found(core.registry.get(B))];
  next.name = 'Climate north';
  old.name = 'Climate north (replaced)';
  old.approval = 'rejected';
  old.replacedBy = { deviceId: B, at: core.clock.iso, by: OPERATOR, isDone: true };
  for (const device of [old, next]) core.registry.save(device);
  core.devices.will(A, { reason: 'crash', timestamp: 0 }, false);
  core.entries.splice(0);
  core.connection.take();
  return core;
}

const statusesTold = (core: Core) =>
  core.connection.to(`${A}/system/heartbeat/ack`).map(({ payload }) => payload['status']);
const seen = (core: Core) => core.entries.filter(({ kind }) => kind === 'device.retired_seen');

describe('a retired device that comes back', () => {
  it('is told that it is rejected, with every heartbeat, also long after', () => {
    const core = retired();
    for (const pauseMs of [0, REJECTION_MS - 1, 2, REJECTION_MS + 1]) {
      core.clock.advance(pauseMs);
      core.devices.heartbeat(A, beat());
    }
    expect(statusesTold(core)).toEqual(['rejected', 'rejected', 'rejected', 'rejected']);
    expect(found(core.registry.get(A))).toMatchObject({ approval: 'rejected', presence: { state: 'online' } });
    expect(core.kinds()).not.toContain('device.rediscovered');
  });

  it('is refused over a restart of the console too', () => {
    const core = retired().restart();
    core.clock.advance(REJECTION_MS + 1);
    core.devices.heartbeat(A, beat());
    core.clock.advance(REJECTION_MS + 1);
    core.devices.heartbeat(A, beat());
    expect(statusesTold(core)).toEqual(['rejected', 'rejected']);
  });

  it('raises a warning and one journal entry an hour, which name the device in its place', () => {
    const core = retired();
    for (let count = 0; count < 3; count += 1) core.devices.heartbeat(A, beat());
    const message =
      'Climate north (replaced) (ESP_A) reports again, though Climate north (ESP_B) has taken its place. It is refused and its readings are not recorded. Switch it off; to use this hardware again, forget it here first.';
    expect(found(core.registry.get(A)).warnings.get('retired_seen')).toMatchObject({ message, count: 3 });
    expect(seen(core)).toMatchObject([{ deviceId: A, message, details: { replacedBy: B } }]);
    core.clock.advance(NOTE_EVERY_MS);
    core.devices.heartbeat(A, beat());
    expect(seen(core)).toHaveLength(2);
  });

  it('names the last one of several replacements, by its id when that is forgotten', () => {
    const core = retired();
    const C = 'ESP_C' as DeviceId;
    core.approved(C);
    const second = found(core.registry.get(B));
    second.replacedBy = { deviceId: C, at: core.clock.iso, by: OPERATOR, isDone: true };
    core.devices.heartbeat(A, beat());
    expect(seen(core)[0]?.message).toMatch(/though ESP_C has taken its place/);
    core.registry.remove(C);
    core.clock.advance(NOTE_EVERY_MS);
    core.devices.heartbeat(A, beat());
    expect(seen(core)[1]?.message).toMatch(/though ESP_C has taken its place/);
  });

  it('has no reading recorded, in no series, and opens none', () => {
    const core = retired();
    const { ingest, series, values } = openTelemetry(core);
    ingest({ seq: 1 });
    ingest({ seq: 2 }, { gpio: 5 });
    expect([series.all(), values()]).toEqual([[], []]);
    expect(found(core.registry.get(A)).warnings.get('retired_seen')?.count).toBe(2);
  });

  it('shows no actuator of its own', () => {
    const core = retired();
    observeOn(core, A);
    expect(core.actuators.ofDevice(A)).toEqual([]);
  });

  it('cannot be approved', () => {
    const core = retired();
    expect(core.devices.approve(A, undefined, OPERATOR)).toEqual({
      ok: false,
      error: {
        code: 'conflict',
        message:
          'Climate north (replaced) was replaced by ESP_B and is refused for ever. To use this hardware again, forget it here and let it report anew.',
        retryable: false,
        details: { replacedBy: B },
      },
    });
    expect(found(core.registry.get(A)).approval).toBe('rejected');
  });

  it('is a new device once it was forgotten', () => {
    const core = retired();
    core.devices.remove(A, OPERATOR);
    core.devices.heartbeat(A, beat());
    expect(found(core.registry.get(A))).toMatchObject({ approval: 'pending', name: A, replacedBy: null });
    expect(statusesTold(core)).toEqual(['pending_approval']);
    expect(core.devices.approve(A, undefined, OPERATOR).ok).toBe(true);
  });
});

describe('the time of approval', () => {
  it('is that of the first approval, also after a restart', () => {
    const core = openCore();
    const since = core.clock.now();
    core.approved(A);
    core.clock.advance(1_000);
    core.devices.approve(A, 'Climate north', OPERATOR);
    expect(found(core.registry.get(A)).approvedAtMs).toBe(since);
    expect(found(core.restart().registry.get(A)).approvedAtMs).toBe(since);
  });

  it('is forgotten by a rejection', () => {
    const core = openCore();
    core.approved(A);
    core.devices.reject(A, undefined, OPERATOR);
    expect(found(core.registry.get(A)).approvedAtMs).toBeNull();
  });
});
