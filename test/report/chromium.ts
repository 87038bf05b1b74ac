/** How Chromium is started where nobody looks at it. */
export const chromiumFlags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
export const chromiumPath = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
