// Reads network files with the importers of the Gephi toolkit, as Gephi's "open" does, and prints what it found:
// a JSON line for each file, with its nodes, its edges and what the import report complains of.
//
//     java -cp gephi-toolkit-0.10.1-all.jar tests/readers_java/ReadGephi.java net.gexf net.graphml

import java.io.File;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.gephi.graph.api.Column;
import org.gephi.graph.api.Edge;
import org.gephi.graph.api.Element;
import org.gephi.graph.api.Graph;
import org.gephi.graph.api.GraphController;
import org.gephi.graph.api.Node;
import org.gephi.io.importer.api.Container;
import org.gephi.io.importer.api.EdgeMergeStrategy;
import org.gephi.io.importer.api.ImportController;
import org.gephi.io.importer.api.Issue;
import org.gephi.io.processor.plugin.DefaultProcessor;
import org.gephi.project.api.ProjectController;
import org.gephi.project.api.Workspace;
import org.openide.util.Lookup;

public class ReadGephi {
  public static void main(String[] paths) throws Exception {
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    System.setOut(new PrintStream(OutputStream.nullOutputStream()));
    ProjectController projects = Lookup.getDefault().lookup(ProjectController.class);
    ImportController importer = Lookup.getDefault().lookup(ImportController.class);
    projects.newProject();
    for (String path : paths) {
      Workspace workspace = projects.newWorkspace(projects.getCurrentProject());
      projects.openWorkspace(workspace);
      Container container = importer.importFile(new File(path));
      // Parallel edges are kept and no node is made up for an end that is not there.
      container.getLoader().setAllowAutoNode(false);
      container.getLoader().setEdgesMergeStrategy(EdgeMergeStrategy.NO_MERGE);
      importer.process(container, new DefaultProcessor(), workspace);
      Graph graph = Lookup.getDefault().lookup(GraphController.class).getGraphModel(workspace).getDirectedGraph();
      StringBuilder line = new StringBuilder("{\"nodes\":[");
      for (Node node : graph.getNodes()) {
        start(line).append(attributes(node)).append(",\"_x\":").append(node.x()).append(",\"_y\":").append(node.y());
        line.append(",\"_color\":").append(node.getRGBA() & 0xffffff).append('}');
      }
      line.append("],\"edges\":[");
      for (Edge edge : graph.getEdges()) {
        start(line).append(attributes(edge)).append(",\"_source\":").append(quote(edge.getSource().getId()));
        line.append(",\"_target\":").append(quote(edge.getTarget().getId()));
        line.append(",\"_directed\":").append(edge.isDirected()).append('}');
      }
      line.append("],\"issues\":[");
      for (Issue issue : (List<Issue>) container.getReport().getIssuesList(1000)) {
        start(line).append("\"level\":").append(quote(issue.getLevel())).append(",\"what\":").append(quote(issue.getMessage())).append('}');
      }
      out.println(line.append("]}"));
    }
    out.flush();
    System.exit(0);
  }

  static StringBuilder start(StringBuilder line) {
    return line.append(line.charAt(line.length() - 1) == '}' ? ",{" : "{");
  }

  static String attributes(Element element) {
    StringBuilder text = new StringBuilder("\"_id\":" + quote(element.getId()) + ",\"_label\":" + quote(element.getLabel()));
    for (Column column : element.getAttributeColumns()) {
      Object value = element.getAttribute(column);
      if (value == null || column.isProperty()) continue;
      boolean plain = value instanceof Number || value instanceof Boolean;
      text.append(',').append(quote(column.getTitle())).append(':').append(plain ? value : quote(value));
    }
    return text.toString();
  }

  static String quote(Object value) {
    if (value == null) return "null";
    StringBuilder text = new StringBuilder("\"");
    for (char letter : value.toString().toCharArray()) {
      if (letter == '"' || letter == '\\') text.append('\\').append(letter);
      else if (letter < ' ' || Character.isSurrogate(letter)) text.append(String.format("\\u%04x", (int) letter));
      else text.append(letter);
    }
    return text.append('"').toString();
  }
}
