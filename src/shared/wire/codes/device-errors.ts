import { entryOf, type Severity } from './code-table';

/* The error codes of devices, for whoever shows or judges one: journal, alarms, screens, docs/protocol.md. */

export type ErrorCategory = 'HARDWARE' | 'SERVICE' | 'COMMUNICATION' | 'APPLICATION';

export type DeviceErrorInfo = {
  readonly code: number;
  readonly name: string;
  readonly severity: Severity;
  readonly category: ErrorCategory;
  /** Upstream found no place that sends it. */
  readonly isUnused: boolean;
  readonly isKnown: boolean;
};

type Row = readonly [name: string, severity: Severity, unused?: 'unused'];

/**
 * Codes of `system/error`, `config_response.failures[]` and `subzone/ack` (wire contract 6.1). To add one: one line here and its sentences
 * in resources/locales/{en,de}/codes.json under `deviceError`.
 */
// prettier-ignore
export const deviceErrors = {
  1001: ['GPIO_RESERVED', 'error'],
  1002: ['GPIO_CONFLICT', 'error'],
  1003: ['GPIO_INIT_FAILED', 'error', 'unused'],
  1004: ['GPIO_INVALID_MODE', 'error'],
  1005: ['GPIO_READ_FAILED', 'warning', 'unused'],
  1006: ['GPIO_WRITE_FAILED', 'warning', 'unused'],
  1007: ['I2C_TIMEOUT', 'error'],
  1009: ['I2C_CRC_FAILED', 'warning'],
  1010: ['I2C_INIT_FAILED', 'error'],
  1011: ['I2C_DEVICE_NOT_FOUND', 'error'],
  1012: ['I2C_READ_FAILED', 'error'],
  1013: ['I2C_WRITE_FAILED', 'error'],
  1014: ['I2C_BUS_ERROR', 'error'],
  1015: ['I2C_BUS_STUCK', 'critical', 'unused'],
  1016: ['I2C_BUS_RECOVERY_STARTED', 'warning'],
  1017: ['I2C_BUS_RECOVERY_FAILED', 'critical'],
  1018: ['I2C_BUS_RECOVERED', 'warning'],
  1019: ['I2C_PROTOCOL_UNSUPPORTED', 'error'],
  1020: ['ONEWIRE_INIT_FAILED', 'error'],
  1021: ['ONEWIRE_NO_DEVICES', 'warning'],
  1022: ['ONEWIRE_READ_FAILED', 'error'],
  1023: ['ONEWIRE_INVALID_ROM_LENGTH', 'error'],
  1024: ['ONEWIRE_INVALID_ROM_FORMAT', 'error'],
  1025: ['ONEWIRE_INVALID_ROM_CRC', 'warning'],
  1026: ['ONEWIRE_DEVICE_NOT_FOUND', 'error', 'unused'],
  1027: ['ONEWIRE_BUS_NOT_INITIALIZED', 'error'],
  1028: ['ONEWIRE_READ_TIMEOUT', 'error'],
  1029: ['ONEWIRE_DUPLICATE_ROM', 'error'],
  1030: ['PWM_INIT_FAILED', 'error'],
  1031: ['PWM_CHANNEL_FULL', 'error'],
  1032: ['PWM_SET_FAILED', 'warning'],
  1040: ['SENSOR_READ_FAILED', 'error', 'unused'],
  1041: ['SENSOR_INIT_FAILED', 'error'],
  1042: ['SENSOR_NOT_FOUND', 'error', 'unused'],
  1043: ['SENSOR_TIMEOUT', 'warning', 'unused'],
  1050: ['ACTUATOR_SET_FAILED', 'error'],
  1051: ['ACTUATOR_INIT_FAILED', 'error'],
  1052: ['ACTUATOR_NOT_FOUND', 'error'],
  1053: ['ACTUATOR_CONFLICT', 'error', 'unused'],
  1060: ['DS18B20_SENSOR_FAULT', 'error'],
  1061: ['DS18B20_POWER_ON_RESET', 'warning'],
  1062: ['DS18B20_OUT_OF_RANGE', 'warning'],
  1063: ['DS18B20_DISCONNECTED_RUNTIME', 'error', 'unused'],
  2001: ['NVS_INIT_FAILED', 'critical', 'unused'],
  2002: ['NVS_READ_FAILED', 'error', 'unused'],
  2003: ['NVS_WRITE_FAILED', 'error'],
  2004: ['NVS_NAMESPACE_FAILED', 'error', 'unused'],
  2005: ['NVS_CLEAR_FAILED', 'warning', 'unused'],
  2010: ['CONFIG_INVALID', 'error'],
  2011: ['CONFIG_MISSING', 'error'],
  2012: ['CONFIG_LOAD_FAILED', 'error', 'unused'],
  2013: ['CONFIG_SAVE_FAILED', 'error', 'unused'],
  2014: ['CONFIG_VALIDATION', 'error', 'unused'],
  2020: ['LOGGER_INIT_FAILED', 'warning'],
  2021: ['LOGGER_BUFFER_FULL', 'warning'],
  2030: ['STORAGE_INIT_FAILED', 'error'],
  2031: ['STORAGE_READ_FAILED', 'error'],
  2032: ['STORAGE_WRITE_FAILED', 'error'],
  // 2301–2306 and 4033 have no severity upstream; a lost write and a refused message are errors.
  2301: ['TRANSACTION_OPEN_FAILED', 'error'],
  2302: ['NAMESPACE_CONFLICT', 'error'],
  2303: ['WRITE_WITHOUT_TRANSACTION', 'error'],
  2304: ['COMMIT_FAILED', 'error'],
  2305: ['ROLLBACK_FAILED', 'error'],
  2306: ['WRITE_TIMEOUT', 'error'],
  2500: ['SUBZONE_INVALID_ID', 'error'],
  2501: ['SUBZONE_GPIO_CONFLICT', 'error'],
  2502: ['SUBZONE_PARENT_MISMATCH', 'error'],
  2503: ['SUBZONE_NOT_FOUND', 'error'],
  2504: ['SUBZONE_GPIO_INVALID', 'error'],
  2505: ['SUBZONE_SAFE_MODE_FAILED', 'error'],
  2506: ['SUBZONE_CONFIG_SAVE_FAILED', 'error'],
  3001: ['WIFI_INIT_FAILED', 'critical'],
  3002: ['WIFI_CONNECT_TIMEOUT', 'error'],
  3003: ['WIFI_CONNECT_FAILED', 'error', 'unused'],
  3004: ['WIFI_DISCONNECT', 'warning'],
  3005: ['WIFI_NO_SSID', 'error'],
  3010: ['MQTT_INIT_FAILED', 'critical'],
  3011: ['MQTT_CONNECT_FAILED', 'error'],
  3012: ['MQTT_PUBLISH_FAILED', 'warning'],
  3013: ['MQTT_SUBSCRIBE_FAILED', 'error'],
  3014: ['MQTT_DISCONNECT', 'warning'],
  3015: ['MQTT_BUFFER_FULL', 'warning'],
  3016: ['MQTT_PAYLOAD_INVALID', 'error'],
  3020: ['HTTP_INIT_FAILED', 'error'],
  3021: ['HTTP_REQUEST_FAILED', 'error'],
  3022: ['HTTP_RESPONSE_INVALID', 'error'],
  3023: ['HTTP_TIMEOUT', 'warning'],
  3030: ['NETWORK_UNREACHABLE', 'error'],
  3031: ['DNS_FAILED', 'error'],
  3032: ['CONNECTION_LOST', 'warning'],
  // 3500 is a bare number upstream; the name is ours.
  3500: ['EMERGENCY_REJECTED_WRONG_TOKEN', 'critical'],
  3501: ['EMERGENCY_REJECTED_NO_TOKEN', 'critical'],
  4001: ['STATE_INVALID', 'error', 'unused'],
  4002: ['STATE_TRANSITION', 'error', 'unused'],
  4003: ['STATE_MACHINE_STUCK', 'critical', 'unused'],
  4010: ['OPERATION_TIMEOUT', 'warning', 'unused'],
  4011: ['OPERATION_FAILED', 'error', 'unused'],
  4012: ['OPERATION_CANCELLED', 'info', 'unused'],
  4020: ['COMMAND_INVALID', 'error'],
  4021: ['COMMAND_PARSE_FAILED', 'error'],
  4022: ['COMMAND_EXEC_FAILED', 'error'],
  4030: ['PAYLOAD_INVALID', 'error'],
  4031: ['PAYLOAD_TOO_LARGE', 'error'],
  4032: ['PAYLOAD_PARSE_FAILED', 'error'],
  4033: ['CONTRACT_CORRELATION_MISSING', 'error'],
  4040: ['MEMORY_FULL', 'critical'],
  4041: ['MEMORY_ALLOCATION', 'error'],
  4042: ['MEMORY_LEAK', 'warning'],
  4050: ['SYSTEM_INIT_FAILED', 'critical'],
  4051: ['SYSTEM_RESTART', 'info'],
  4052: ['SYSTEM_SAFE_MODE', 'warning'],
  4060: ['TASK_FAILED', 'error'],
  4061: ['TASK_TIMEOUT', 'warning'],
  4062: ['TASK_QUEUE_FULL', 'warning'],
  4070: ['WATCHDOG_TIMEOUT', 'critical'],
  4071: ['WATCHDOG_FEED_BLOCKED', 'warning'],
  4072: ['WATCHDOG_FEED_BLOCKED_CRITICAL', 'critical'],
  4200: ['DEVICE_REJECTED', 'error'],
  4201: ['APPROVAL_TIMEOUT', 'warning'],
  4202: ['APPROVAL_REVOKED', 'error'],
} as const satisfies Readonly<Record<number, Row>>;

/** What is known of an error code. An unknown one is an error whose name is its number. */
export function deviceErrorInfo(code: number): DeviceErrorInfo {
  const row = entryOf<Row>(deviceErrors, code);
  const category = categoryOf(code);
  if (!row) return { code, name: String(code), severity: 'error', category, isUnused: false, isKnown: false };
  const [name, severity, unused] = row;
  return { code, name, severity, category, isUnused: unused !== undefined, isKnown: true };
}

/** The thousands name the category (6.1). */
function categoryOf(code: number): ErrorCategory {
  if (code >= 1000 && code < 2000) return 'HARDWARE';
  if (code >= 2000 && code < 3000) return 'SERVICE';
  return code >= 3000 && code < 4000 ? 'COMMUNICATION' : 'APPLICATION';
}
