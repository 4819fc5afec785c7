import { render } from 'preact'
import 'virtual:tokens.css'
import './style/page.css'
import './style/parts.css'
import './style/screens.css'
import { App } from './frame/app.tsx'
import { listen } from './server/live.ts'

listen()
render(<App />, document.getElementById('studio')!)
