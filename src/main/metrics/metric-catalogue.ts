import type { LinkCounters } from '../link/counters';

export type Definition = {
  /** Prometheus name with its unit. */
  readonly name: string;
  readonly help: string;
  /** The JSON figure is divided by this, for example ms to seconds. */
  readonly divisor?: number;
};

/** Counts of the link, and what is counted beside them. The outbox depth goes up and down: it is a gauge. */
export type CounterName = Exclude<keyof LinkCounters, 'outboxDepth'> | 'publishRefused' | 'notRecorded';
export type CounterValues = Readonly<Record<CounterName, number>>;

/** To add a counter: one line here; the compiler then asks for its value in build-rooms.ts. */
export const counterCatalogue: Readonly<Record<CounterName, Definition>> = {
  received: { name: 'leitstand_messages_received_total', help: 'Messages from the broker.' },
  malformed: { name: 'leitstand_messages_malformed_total', help: 'Messages whose payload breaks the contract.' },
  unparsableTopic: {
    name: 'leitstand_topics_unparsable_total',
    help: 'Messages on topics that are not in the contract.',
  },
  duplicates: { name: 'leitstand_readings_duplicate_total', help: 'Readings that were stored already.' },
  unknownDevice: { name: 'leitstand_messages_unknown_device_total', help: 'Messages of devices without a heartbeat.' },
  limited: { name: 'leitstand_messages_limited_total', help: 'Reports of devices that send too many.' },
  foreign: { name: 'leitstand_messages_foreign_total', help: 'Messages of devices of another controller.' },
  handlerErrors: { name: 'leitstand_handler_errors_total', help: 'Errors of the console while it handled a message.' },
  published: { name: 'leitstand_messages_published_total', help: 'Messages that the broker took over.' },
  publishFailed: { name: 'leitstand_publishes_failed_total', help: 'Messages that the broker did not take over.' },
  publishRefused: {
    name: 'leitstand_publishes_refused_total',
    help: 'Messages refused before sending: no connection, breaker open, or too large.',
  },
  bufferDropped: { name: 'leitstand_outbox_dropped_total', help: 'Changes given up because too many waited.' },
  notRecorded: { name: 'leitstand_rows_not_recorded_total', help: 'Rows that could not be written to the disk.' },
};

/** To add a gauge: one line here, its value in build-rooms.ts. One that does not apply is left out of the answer. */
export const gaugeCatalogue = {
  queueDepth: { name: 'leitstand_queue_depth', help: 'Changes in the outbox that wait for their device.' },
  errorRate: { name: 'leitstand_error_rate', help: 'Share of failed messages of the last minute, 0 to 1.' },
  errorAlarm: { name: 'leitstand_error_alarm', help: '1 while too many messages fail.' },
  connected: { name: 'leitstand_broker_connected', help: '1 while there is a connection to the broker.' },
  breaker: { name: 'leitstand_breaker_state', help: 'Circuit breaker: 0 closed, 1 half open, 2 open.' },
  devicesOnline: { name: 'leitstand_devices_online', help: 'Approved devices that are online.' },
  devicesOffline: { name: 'leitstand_devices_offline', help: 'Approved devices that are offline.' },
  devicesUnknown: { name: 'leitstand_devices_unknown', help: 'Approved devices whose presence is not known.' },
  devicesPending: { name: 'leitstand_devices_pending', help: 'Devices that wait for approval.' },
  brokerClients: { name: 'leitstand_broker_clients', help: 'Clients of the embedded broker.' },
  stateStreams: { name: 'leitstand_state_streams', help: 'Screens and scripts that follow the state.' },
  storeSizeBytes: { name: 'leitstand_store_size_bytes', help: 'Size of the databases on the disk.' },
  rssBytes: { name: 'leitstand_resident_memory_bytes', help: 'Memory of the process.' },
  eventLoopDelayP99Ms: {
    name: 'leitstand_event_loop_delay_p99_seconds',
    help: 'Delay of timers, 99th percentile of the last one to two minutes.',
    divisor: 1000,
  },
} as const satisfies Readonly<Record<string, Definition>>;
export type GaugeName = keyof typeof gaugeCatalogue;
export type GaugeValues = Readonly<Partial<Record<GaugeName, number>>>;
