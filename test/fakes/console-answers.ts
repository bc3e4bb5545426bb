/*
 * The console's HTTP answers as docs/api describes them, with only the fields that the black-box tests read.
 * Written from the description on purpose: these tests share no code with src.
 */

export type Counters = {
  readonly received: number;
  readonly malformed: number;
  readonly unparsableTopic: number;
  readonly duplicates: number;
  readonly published: number;
  readonly publishFailed: number;
  readonly outboxDepth: number;
  readonly bufferDropped: number;
  readonly handlerErrors: number;
  readonly limited: number;
  readonly foreign: number;
  readonly errorRate: number;
};

export type StatusAnswer = {
  readonly version: string;
  readonly host: string;
  readonly broker: {
    readonly state: string;
    readonly url: string;
    readonly protocolVersion?: number | string | null;
    readonly since?: string | null;
    readonly lastError?: unknown;
  };
  readonly store: { readonly sizeBytes: number; readonly rows: number; readonly state: string };
  readonly counters: Counters;
};

export type SubzoneAnswer = {
  readonly id: string;
  readonly gpios: readonly number[];
  readonly state: string;
  readonly isRemoving: boolean;
  readonly safeMode: { readonly desired: boolean; readonly state: string };
};

export type DrillAnswer = {
  readonly id: string;
  readonly finishedAt?: string;
  readonly devices: readonly {
    readonly deviceId: string;
    readonly state: string;
    readonly latencyMs?: number;
    readonly reason?: string;
  }[];
};

export type EventAnswer = {
  readonly kind: string;
  readonly deviceId?: string;
  readonly actor: string;
  readonly traceId?: string;
};

export type DeviceAnswer = {
  readonly id: string;
  readonly kaiserId: string;
  readonly name: string | null;
  readonly approval: 'pending' | 'approved' | 'rejected';
  readonly presence: 'online' | 'offline' | 'unknown';
  readonly presenceReason?: string | null;
  readonly lastSeenAt?: string | null;
  readonly zone: { readonly desired: string | null; readonly confirmed: string | null; readonly state: string };
  readonly health: unknown;
  readonly subzones: readonly SubzoneAnswer[];
  readonly config: {
    readonly state: Readonly<Record<'sensors' | 'actuators' | 'offlineRules', string>>;
    readonly failures: readonly { readonly section: string; readonly gpio?: number; readonly error: string }[];
  };
  readonly diagnostics: { readonly values: Readonly<Record<string, unknown>> } | null;
  readonly hasStopToken: boolean;
  readonly counters: { readonly messages: number; readonly malformed: number; readonly limited: number };
  readonly warnings: readonly unknown[];
};

export type SensorAnswer = {
  readonly seriesId: string | number;
  readonly gpio: number;
  readonly type: string;
  readonly raw: number | null;
  readonly value: number | null;
  readonly unit: string | null;
  readonly quality: string;
  readonly stale: boolean;
  readonly at: string;
  readonly receivedAt: string;
};

export type ActuatorAnswer = {
  readonly gpio: number;
  readonly type: string;
  readonly state: 'on' | 'off' | 'pwm' | 'unknown';
  readonly last?: unknown;
  readonly emergency: unknown;
};

export type CommandAccepted = { readonly commandId: string; readonly state: string };

export type CommandAnswer = {
  readonly id: string;
  readonly deviceId: string;
  readonly gpio?: number | null;
  readonly command: string;
  readonly state: 'sent' | 'accepted' | 'applied' | 'failed' | 'rejected' | 'expired' | 'unconfirmed';
  readonly code?: string | null;
  readonly issuedBy: string;
  readonly message?: string;
  readonly conflict?: boolean;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly traceId?: string;
  readonly history: readonly unknown[];
};

export type OperationAccepted = { readonly operationId: string; readonly state: string };

export type OperationAnswer = {
  readonly id: string;
  readonly kind: string;
  readonly deviceId: string;
  readonly state: 'pending' | 'confirmed' | 'failed' | 'timeout';
};

export type StopDevice = {
  readonly deviceId: string;
  readonly state: 'sent' | 'confirmed' | 'unconfirmed' | 'offline' | 'cleared';
  readonly latencyMs?: number | null;
};

export type StopAnswer = {
  readonly id: string;
  readonly scope: { readonly kind: string };
  readonly engagedAt: string;
  readonly clearedAt?: string | null;
  readonly devices: readonly StopDevice[];
};

export type Sample = { readonly at: string; readonly value: number | null; readonly quality: string };

export type Page<T> = { readonly items: readonly T[]; readonly nextCursor?: string | null };

export type ErrorAnswer = {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly retryable: boolean;
    readonly details?: unknown;
  };
};
