import type { IncomingMessage } from 'node:http';

/** Prometheus's text exposition format; a scraper that would rather have OpenMetrics takes this as well. */
export const METRICS_TEXT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const textTypes: readonly string[] = ['text/plain', 'application/openmetrics-text'];
const JSON_TYPE = 'application/json';

/** Does a request for the metrics ask for text and not rather for JSON? One with a query goes on to be refused like everywhere. */
export function wantsMetricsText({
  method,
  url = '',
  headers,
}: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): boolean {
  if (method !== 'GET' || url.includes('?')) return false;
  const accepted = (headers.accept ?? '').split(',').map(parseMediaRange);
  const weight = (types: readonly string[]) =>
    Math.max(0, ...accepted.filter(({ type }) => types.includes(type)).map(({ quality }) => quality));
  return weight(textTypes) > weight([JSON_TYPE]);
}

function parseMediaRange(text: string): { readonly type: string; readonly quality: number } {
  const [type = '', ...parameters] = text.toLowerCase().split(';');
  const quality = parameters
    .map((one) => /^\s*q=([01](\.\d{0,3})?)\s*$/.exec(one)?.[1])
    .find((one) => one !== undefined);
  return { type: type.trim(), quality: quality === undefined ? 1 : Number(quality) };
}
