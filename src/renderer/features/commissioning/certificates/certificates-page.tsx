/** Filled by the branch of this page. */
export function CertificatesPage() {
  return null;
}
