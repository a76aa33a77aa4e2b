using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Image2Ipfs.Publisher.Commands;

/// <summary>The library's help; the program's own ends with the exit codes.</summary>
internal sealed class Help(SynchronousCommandLineAction help) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => help.ClearsParseErrors;

    /// <summary>Also takes away the names of the help that only Windows has: elsewhere, they are paths.</summary>
    public static void Extend(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().Single();
        option.Action = new Help((SynchronousCommandLineAction)option.Action!);
        foreach (var name in option.Aliases.Where(name => name.StartsWith('/')).ToList())
            option.Aliases.Remove(name);
    }

    public override int Invoke(ParseResult parseResult)
    {
        var exit = help.Invoke(parseResult);
        if (parseResult.CommandResult.Command is RootCommand)
        {
            var output = parseResult.InvocationConfiguration.Output;
            output.WriteLine("Exit codes:");
            foreach (var (code, meaning) in ExitCode.All)
                output.WriteLine($"  {code,-4} {meaning}");
            output.WriteLine();
        }
        return exit;
    }
}
