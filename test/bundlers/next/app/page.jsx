// The server imports the package too, here and when it renders the client's component.
import { DataStore } from 'granary';
import { Notes } from './notes.jsx';

export default function Page() {
  return (
    <main data-server={typeof DataStore.open}>
      <Notes />
    </main>
  );
}
