/**
 * The one file of the front end. A page that has a place for it becomes the lesson; a notebook
 * takes what is exported, an anywidget module, and gives it a place and a model.
 */

import "../style/tokens.css";
import "../style/pictures.css";
import "../style/page.css";
import "../style/host-page.css";
import "../style/host-notebook.css";
import "../style/chapters/index.css";
import "./page.ts";
import { render } from "./notebook.ts";

export default { render };
