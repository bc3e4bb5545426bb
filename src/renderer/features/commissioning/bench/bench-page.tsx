/** Filled by the branch of this page. */
export function BenchPage() {
  return null;
}
