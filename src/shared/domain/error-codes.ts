/**
 * Every way in which the API refuses, with its HTTP status. To add one: one line here, one sentence in resources/locales
 * (key `error.<code>`), and the union, the OpenAPI document and the transports follow.
 */
export const apiErrorStatus = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  offline: 409,
  not_approved: 409,
  blocked: 409,
  busy: 409,
  conflict: 409,
  too_early: 409,
  unsupported: 409,
  too_large: 413,
  internal: 500,
  broker_unavailable: 503,
  storage_unavailable: 503,
} as const;

export type ApiErrorCode = keyof typeof apiErrorStatus;
