export type LoginNotice = 'none' | 'used_code' | 'wrong_token';

const notices: Readonly<Record<LoginNotice, { readonly en: string; readonly de: string }>> = {
  none: { en: '', de: '' },
  used_code: {
    en: 'This code was used before, or it is older than ten minutes.',
    de: 'Dieser Code wurde schon benutzt oder ist älter als zehn Minuten.',
  },
  wrong_token: { en: 'This is not the token of this console.', de: 'Das ist nicht das Token dieser Konsole.' },
};

/** The headers of this page differ from the application's in one point: it has a form. The image is its empty icon. */
export const loginPagePolicy =
  "default-src 'none'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** What a browser sees that is not logged in: how to get in, in both languages, without script or style. */
export function loginPage(notice: LoginNotice, tokenFile: string): string {
  const section = (language: 'en' | 'de', sentences: readonly string[]) =>
    `<section lang="${language}">${sentences.map((text) => (text === '' ? '' : `<p>${text}</p>`)).join('')}</section>`;
  const file = `<code>${escapeHtml(tokenFile)}</code>`;
  return `<!doctype html>
<html lang="en" translate="no">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>Leitstand</title></head>
<body>
<h1>Leitstand</h1>
${section('en', [
  notices[notice].en,
  'This browser is not logged in. Open the address that the console printed when it started (good once, for ten minutes), or ' +
    `enter the token that stands in ${file}.`,
])}
${section('de', [
  notices[notice].de,
  'Dieser Browser ist nicht angemeldet. Öffnen Sie die Adresse, die die Konsole beim Start ausgegeben hat (einmal gültig, zehn ' +
    `Minuten lang), oder geben Sie das Token ein, das in ${file} steht.`,
])}
<form method="post" action="/login">
<label>Token <input name="token" type="password" autocomplete="off" required size="50"></label>
<button>Log in / Anmelden</button>
</form>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
