import type { DeviceId, SeriesId, ZoneId } from '../../shared/domain/ids';

/** What a room tells after something that the screens show has changed. The state stream merges and sends it. */
export type Changes = {
  readonly device: (id: DeviceId) => void;
  readonly zone: (id: ZoneId) => void;
  readonly sensor: (id: SeriesId) => void;
  readonly actuator: (deviceId: DeviceId, gpio: number) => void;
  readonly command: (id: string) => void;
  readonly operation: (id: string) => void;
  readonly stop: (id: string) => void;
  readonly status: () => void;
};
