import { render } from 'preact'
import 'virtual:tokens.css'
import './style/page.css'
import './style/parts.css'
import './style/screens.css'
import { App } from './frame/app.tsx'
import { watchDoor } from './phone/door.ts'
import { listen } from './server/live.ts'

listen()
watchDoor()
render(<App />, document.getElementById('studio')!)
