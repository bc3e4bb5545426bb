/** Filled by the branch of this page. */
export function MonitorPage() {
  return null;
}
