"use client";
import { Button } from "../components/ui/button.tsx";
import { PlainPage } from "../features/shell/plain-page.tsx";

/** A page that could not be drawn. The digest finds the fault in the service's log. */
export default function ErrorPage({ error }: { error: Error & { digest?: string } }) {
  return (
    <PlainPage
      code={error.digest ? `fault ${error.digest}` : "fault"}
      title="This page failed"
      actions={
        <Button variant="primary" size="lg" onClick={() => window.location.reload()}>
          Try again
        </Button>
      }
    >
      Something failed inside Interlock or it cannot reach its database. Nothing was run by this. The log has the details.
    </PlainPage>
  );
}
