/** Filled by the branch of this page. */
export function ImagesPage() {
  return null;
}
