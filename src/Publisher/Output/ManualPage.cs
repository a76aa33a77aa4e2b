using System.CommandLine;
using System.CommandLine.Help;
using System.Text;
using Image2Ipfs.Publisher.Commands;
using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher.Output;

/// <summary>
/// The manual page, in the macros of man(7): the options and commands as the command line has them, so that it says what
/// the help says. docs/image2ipfs.1 is what it writes.
/// </summary>
internal sealed class ManualPage
{
    /// <summary>Of the source's lines, for those who read or compare it.</summary>
    private const int Width = 70;

    private readonly StringBuilder _page = new();

    private ManualPage()
    {
    }

    public static string Of(RootCommand root)
    {
        var page = new ManualPage();
        page.Line(".TH IMAGE2IPFS 1 \"\" \"Image2Ipfs\" \"User Commands\"");

        page.Section("NAME").Text("image2ipfs - put Docker images on IPFS");

        page.Section("SYNOPSIS");
        page.Usage(root, "image2ipfs");
        foreach (var command in Shown(root))
            page.Line(".br").Usage(command, $"image2ipfs {command.Name}");

        page.Section("DESCRIPTION")
            .Text("Turns what 'docker save' writes into a directory tree of manifests and blobs, computes its CID, and prints a name to pull. A Gateway of Image2Ipfs finds the tree by that CID and is a registry to every container runtime.")
            .Line(".PP")
            .Text("The input is read once, from a pipe or a file. stdout carries the result only, stderr everything else. Nothing is ever asked.");

        page.Section("OPTIONS").Options(root.Options);

        page.Section("COMMANDS");
        foreach (var command in Shown(root))
        {
            page.Line(".TP").Usage(command, command.Name).Text(command.Description + ".");
            var own = command.Options.Where(o => !root.Options.Contains(o) && o is not HelpOption).ToList();
            if (own.Count > 0)
                page.Line(".RS").Options(own).Line(".RE");
        }

        page.Section("EXIT STATUS");
        foreach (var (code, meaning) in ExitCode.All)
            page.Item($"{code}", meaning + ".");

        page.Section("ENVIRONMENT")
            .Item(LocalStore.Variable, "The store's folder, where --store names none. The Gateway reads it too.")
            .Item("XDG_DATA_HOME", "The user's data folder, an absolute path; $HOME/.local/share where it is not set.")
            .Item("NO_COLOR", "Without colours, even on a terminal.")
            .Item("CI", "Lines of a log in place of bars, even on a terminal.");

        page.Section("FILES")
            .Item("$XDG_DATA_HOME/image2ipfs", "The store: blobs/sha256 has every layer, configuration and manifest once, roots has a file for every root. Any number of processes may use it at once.");

        page.Section("EXAMPLES")
            .Item("docker save busybox | image2ipfs", "Publish an image and print its pull name.")
            .Item("image2ipfs busybox.tar --to car:busybox.car", "And write a CAR, which 'ipfs dag import' takes.")
            .Item("docker save app | image2ipfs --json | jq -r '.images[0].pull'", "In a build.")
            .Item("image2ipfs list", "What can be pulled from the store.");

        page.Section("SEE ALSO").Line(".BR docker\\-save (1),").Line(".BR skopeo (1),").Line(".BR ipfs (1)");
        return page._page.ToString();
    }

    private static IEnumerable<Command> Shown(Command root) => root.Subcommands.Where(c => !c.Hidden);

    private ManualPage Section(string name) => Line($".SH {name}");

    private ManualPage Item(string tag, string text) => Line(".TP").Bold(tag).Text(text);

    /// <summary>One line: the words in bold, and what is to be put in place in italics.</summary>
    private ManualPage Usage(Command command, string words)
    {
        var line = new StringBuilder($"\\fB{Escaped(words)}\\fR");
        if (command is RootCommand)
            line.Append(" [\\fBpublish\\fR]");
        foreach (var argument in command.Arguments)
            line.Append(argument.Arity.MinimumNumberOfValues > 0 ? $" \\fI{argument.Name}\\fR" : $" [\\fI{argument.Name}\\fR]");
        if (words.Contains("image2ipfs", StringComparison.Ordinal))
            line.Append(" [\\fIOPTION\\fR]...");
        return Line(line.ToString());
    }

    private ManualPage Options(IEnumerable<Option> options)
    {
        foreach (var option in options.Where(o => !o.Hidden).OrderBy(o => o is HelpOption or VersionOption))
        {
            var names = string.Join(", ", option.Aliases.Order(StringComparer.Ordinal).Append(option.Name).Select(name => $"\\fB{Escaped(name)}\\fR"));
            var value = option.HelpName is { } help ? $" \\fI{Escaped(help)}\\fR" : "";
            var standard = option.HasDefaultValue && option.ValueType != typeof(bool) && option.GetDefaultValue() is { } given ? $" [default: {given}]" : "";
            Line(".TP").Line(names + value).Text($"{option.Description}{standard}");
        }
        return this;
    }

    private ManualPage Bold(string text) => Line($"\\fB{Escaped(text)}\\fR");

    private ManualPage Text(string text)
    {
        var line = "";
        foreach (var word in text.Split(' '))
        {
            if (line.Length + word.Length >= Width)
            {
                Line(Escaped(line));
                line = "";
            }
            line += line.Length == 0 ? word : $" {word}";
        }
        return Line(Escaped(line));
    }

    private ManualPage Line(string line)
    {
        _page.Append(line).Append('\n');
        return this;
    }

    /// <summary>A hyphen would be set as a dash that no shell reads, and a dot or a quote at the start as a request.</summary>
    private static string Escaped(string text)
    {
        var escaped = text.Replace("\\", "\\e", StringComparison.Ordinal).Replace("-", "\\-", StringComparison.Ordinal).Replace("'", "\\(aq", StringComparison.Ordinal);
        return escaped.StartsWith('.') ? "\\&" + escaped : escaped;
    }
}
