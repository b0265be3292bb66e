"use client";
import "./globals.css";
import { Button } from "../components/ui/button.tsx";
import { PlainPage } from "../features/shell/plain-page.tsx";

/** Stands in for the whole document when even the layout failed. */
export default function GlobalError({ error }: { error: Error & { digest?: string } }) {
  return (
    <html lang="en">
      <body>
        <title>Interlock failed</title>
        <PlainPage
          code={error.digest ? `fault ${error.digest}` : "fault"}
          title="Interlock failed"
          actions={
            <Button variant="primary" size="lg" onClick={() => window.location.reload()}>
              Load it again
            </Button>
          }
        >
          Nothing was run by this. The log of the service has the details.
        </PlainPage>
      </body>
    </html>
  );
}
