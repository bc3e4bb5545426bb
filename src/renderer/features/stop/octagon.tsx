/** The sign of the software stop: black and white, not a red mushroom. */
export function Octagon({ className }: { readonly className?: string | undefined }) {
  return (
    <svg viewBox="0 0 24 24" className={className} aria-hidden="true">
      <path d="M8 2h8l6 6v8l-6 6H8l-6-6V8z" />
    </svg>
  );
}
