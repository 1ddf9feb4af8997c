export interface WebviewPage {
  readonly title: string;
  readonly cspSource: string;
  readonly nonce: string;
  readonly script: string;
  readonly style: string;
  /** Whether it shows pictures of files, beside those that are sent to it. */
  readonly showsFiles?: boolean;
}

/** The page of a webview: our script and style sheet, pictures from blobs or, where asked for, of files, nothing else. */
export function webviewHtml({ title, cspSource, nonce, script, style, showsFiles = false }: WebviewPage): string {
  const policy = [
    "default-src 'none'",
    `img-src blob:${showsFiles ? ` ${cspSource}` : ''}`,
    `font-src ${cspSource}`,
    // The controls set sizes through inline styles; a style can't run code.
    `style-src ${cspSource} 'unsafe-inline'`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <link rel="stylesheet" href="${style}" />
    <title>${title}</title>
  </head>
  <body>
    <div id="app"></div>
    <script defer nonce="${nonce}" src="${script}"></script>
  </body>
</html>`;
}
