/** Filled by the branch of this page. */
export function SetupPage(_props: { readonly replaces: string | undefined }) {
  return null;
}
