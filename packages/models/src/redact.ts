/** Masks the given secrets, also percent- and base64-encoded, wherever they stand in a text. Short ones are no secrets. */
export function createRedactor(secrets: Iterable<string>): (text: string) => string {
  const long = [...new Set(secrets)].filter((secret) => secret.length >= 6);
  const forms = long.flatMap((secret) => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]).sort((a, b) => b.length - a.length);
  return (text) => maskKeys(forms.reduce((masked, form) => masked.replaceAll(form, '[secret]'), text));
}

/** Keys whose form gives them away: those of the providers, also partly masked ones that errors repeat. */
const keyForms = /\b(sk-[A-Za-z0-9_-]{3,}[A-Za-z0-9_*-]{5,}|AIza[0-9A-Za-z_-]{20,}|xai-[A-Za-z0-9]{20,}|gsk_[A-Za-z0-9]{20,}|Bearer\s+[A-Za-z0-9._~+/-]{16,}=*)/g;

function maskKeys(text: string): string {
  return text.replace(keyForms, '[secret]');
}
