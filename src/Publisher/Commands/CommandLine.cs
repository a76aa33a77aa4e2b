using System.CommandLine;
using Image2Ipfs.Ipfs;
using Image2Ipfs.Publisher.Layers;
using Image2Ipfs.Publisher.Output;
using Image2Ipfs.Publisher.Targets;
using Image2Ipfs.Publisher.Targets.Kubo;
using Image2Ipfs.Registry;
using Image2Ipfs.Store;

namespace Image2Ipfs.Publisher.Commands;

/// <summary>The words of the command line. Those of the original (-i -r -q -n -d -v) mean what they meant there.</summary>
internal sealed class CommandLine
{
    private readonly Argument<string?> _input = new("INPUT")
    {
        Description = "An archive that 'docker save' wrote, an OCI image layout as archive or folder; - or nothing: stdin",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _inputOption = new("--input", "-i") { Description = "The same as INPUT", HelpName = "FILE" };

    private readonly Option<string> _registry = new("--registry", "-r")
    {
        Description = "The host and port that pull names start with",
        HelpName = "HOST",
        DefaultValueFactory = _ => Output.PullName.DefaultRegistry,
        Recursive = true,
    };

    private readonly Option<bool> _quiet = new("--quiet", "-q") { Description = "Print the pull names and errors, nothing else", Recursive = true };
    private readonly Option<bool> _noAdd = new("--no-add", "-n") { Description = "Compute everything, keep and add nothing" };
    private readonly Option<bool> _verbose = new("--verbose", "-v") { Description = "Say more on stderr", Recursive = true };
    private readonly Option<bool> _debug = new("--debug", "-d") { Description = "Say where an error comes from", Recursive = true };
    private readonly Option<bool> _json = new("--json") { Description = "Print the result as JSON", Recursive = true };

    private readonly Option<string> _store = new("--store")
    {
        Description = $"The store's folder [default: ${LocalStore.Variable}, or image2ipfs in the user's data folder]",
        HelpName = "FOLDER",
        Recursive = true,
    };

    private readonly Option<string[]> _to = new("--to")
    {
        Description = "Where the image goes as well: kubo[:URL], ipfs (the program), car:FILE, car:- (stdout), dir:FOLDER; may be given several times",
        HelpName = "TARGET",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _name = new("--name") { Description = "Replaces the name of the archive's images, if they have one", HelpName = "NAME" };
    private readonly Option<string?> _tag = new("--tag") { Description = "Replaces the tag of the archive's only image", HelpName = "TAG" };

    private readonly Option<string[]> _platform = new("--platform")
    {
        Description = "The platforms that are wanted of an image of several, such as linux/arm64, several with commas [default: all]",
        HelpName = "OS/ARCH[/VARIANT]",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string?> _pinName = new("--pin-name") { Description = "With kubo: the name of the pin", HelpName = "NAME" };
    private readonly Option<string?> _mfs = new("--mfs") { Description = "With kubo: where the root is to lie in the node's files, in place of what lies there", HelpName = "PATH" };
    private readonly Option<string?> _ipns = new("--ipns") { Description = "With kubo: the node's key under which the root is to be published", HelpName = "KEY" };

    private readonly Option<int> _timeout = new("--timeout")
    {
        Description = "With kubo: how long the node may be silent, in seconds",
        HelpName = "N",
        DefaultValueFactory = _ => KuboOptions.DefaultTimeoutSeconds,
    };

    private readonly Option<string> _profile = new("--cid-profile")
    {
        Description = $"How CIDs are made: {string.Join(" or ", CidProfile.All.Select(p => p.Name))}",
        HelpName = "PROFILE",
        DefaultValueFactory = _ => CidProfile.UnixFsV0.Name,
    };

    private readonly Option<string> _compression = new("--compression")
    {
        Description = $"How layers are stored that come uncompressed: {string.Join(", ", Compression.Names)}",
        HelpName = "NAME",
        DefaultValueFactory = _ => Compression.Names[0],
    };

    private readonly Option<int?> _level = new("--level")
    {
        Description = $"The compression's level: of gzip 1 to {Compression.MaxGzipLevel}, of zstd 1 to {Compression.MaxZstdLevel} [default: {Compression.DefaultLevel}]",
        HelpName = "N",
    };

    private readonly Option<int?> _threads = new("--threads") { Description = "Blocks compressed at once; the result does not depend on it [default: one a core, 16 at most]", HelpName = "N" };

    private readonly Argument<string> _root = new("ROOT") { Description = "A CID in any text form, or a pull name" };
    private readonly Argument<string?> _anyRoot = new("ROOT") { Description = "A CID in any text form, or a pull name; nothing: all roots", Arity = ArgumentArity.ZeroOrOne };

    private readonly Argument<string?> _car = new("CAR") { Description = "A CAR of version 1 or 2; - or nothing: stdin", Arity = ArgumentArity.ZeroOrOne };

    private CommandLine()
    {
        _profile.CompletionSources.Add([.. CidProfile.All.Select(p => p.Name)]);
        _compression.CompletionSources.Add([.. Compression.Names]);
        _to.CompletionSources.Add("store", "kubo", "ipfs", "car:", "car:-", "dir:");
        foreach (var root in new Argument[] { _root, _anyRoot })
            root.CompletionSources.Add(context => Store(context.ParseResult).Roots().Select(cid => cid.ToString()));
        // Or a misspelt option would be taken for a file. One that is called so can be given as ./-file.
        foreach (var argument in new Argument[] { _input, _root, _anyRoot, _car })
            argument.Validators.Add(result =>
            {
                if (result.Tokens.FirstOrDefault(t => t.Value is ['-', _, ..]) is { } option)
                    result.AddError($"there is no option '{option.Value}' here");
            });
    }

    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error, Interruption? interruption = null)
    {
        var line = new CommandLine();
        var parsed = line.Build(output, error).Parse(arguments);
        if (parsed.Errors is [var first, ..])
            return Usage(error, first.Message);
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, Output = output, Error = error, ProcessTerminationTimeout = null };
        var stop = interruption?.Token ?? CancellationToken.None;
        try
        {
            return await parsed.InvokeAsync(configuration, stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            error.WriteLine("image2ipfs: stopped; nothing is left half-written");
            return interruption!.ExitCode;
        }
        catch (UsageException e)
        {
            return Usage(error, e.Message);
        }
        catch (PublisherException e)
        {
            line.Terminal(parsed, output, error).Error(e);
            return ExitCode.Fault;
        }
        catch (InvalidDataException e)
        {
            line.Terminal(parsed, output, error).Error(new PublisherException(
                $"the store is damaged: {e.Message}", "'image2ipfs verify' shows all that is; remove those roots, and publish their images again", e));
            return ExitCode.Fault;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The input and the targets speak for themselves.
            line.Terminal(parsed, output, error).Error(new PublisherException(
                $"the store cannot be used: {e.Message}", "is there room on the disk, and may you write there? --store names another folder", e));
            return ExitCode.Fault;
        }
#pragma warning disable CA1031 // The top of the program: whatever else happens is told in one line.
        catch (Exception e)
#pragma warning restore CA1031
        {
            line.Terminal(parsed, output, error).Unexpected(e);
            return ExitCode.Fault;
        }
    }

    private static int Usage(TextWriter error, string message)
    {
        error.WriteLine($"image2ipfs: error: {message}");
        error.WriteLine("hint: 'image2ipfs --help' shows the commands and options");
        return ExitCode.Usage;
    }

    private RootCommand Build(TextWriter output, TextWriter error)
    {
        Symbol[] publishSymbols = [_input, _inputOption, _noAdd, _to, _pinName, _mfs, _ipns, _timeout, _name, _tag, _platform, _profile, _compression, _level, _threads];
        Option[] common = [_registry, _store, _json, _quiet, _verbose, _debug];

        var root = new RootCommand("Puts Docker images on IPFS: docker save IMAGE | image2ipfs");
        var publish = new Command("publish", "Publish the images of an archive (what image2ipfs does without a command)");
        foreach (var command in new Command[] { root, publish })
        {
            foreach (var symbol in publishSymbols)
                Add(command, symbol);
            command.SetAction((parsed, cancel) => PublishCommand.RunAsync(Input(parsed), Store(parsed), Options(parsed), PullName(parsed), parsed.GetValue(_json), Terminal(parsed, output, error), cancel));
        }
        foreach (var option in common)
            root.Add(option);

        var list = new Command("list", "Print the pull names of all images in the store, and the CIDs of other roots");
        list.SetAction(parsed => StoreCommands.List(Store(parsed), PullName(parsed), parsed.GetValue(_json), Terminal(parsed, output, error)));

        var remove = new Command("remove", "Remove a root, and the blobs that no other root holds") { _root };
        remove.SetAction(parsed => StoreCommands.Remove(Store(parsed), Root(parsed), parsed.GetValue(_json), Terminal(parsed, output, error)));

        var verify = new Command("verify", "Check every block and blob of a root, or of all") { _anyRoot };
        verify.SetAction((parsed, cancel) => Task.Run(() => StoreCommands.Verify(Store(parsed), parsed.GetValue(_anyRoot) is { } text ? Output.PullName.ParseRoot(text) : null, parsed.GetValue(_json), Terminal(parsed, output, error), cancel), cancel));

        var export = new Command("export", "Send a root of the store to targets") { _root, _to, _pinName, _mfs, _ipns, _timeout };
        export.SetAction((parsed, cancel) => StoreCommands.ExportAsync(Store(parsed), Root(parsed), ExportTargets(parsed), parsed.GetValue(_json), Terminal(parsed, output, error), cancel));

        var import = new Command("import", "Take the roots of a CAR, whoever made them, into the store") { _car };
        import.SetAction((parsed, cancel) => ImportCommand.RunAsync(parsed.GetValue(_car) ?? "-", Store(parsed), PullName(parsed), parsed.GetValue(_json), Terminal(parsed, output, error), cancel));

        var cid = new Command("cid", "Print a CID in every text form") { _root };
        cid.SetAction(parsed => StoreCommands.ShowCid(Root(parsed), parsed.GetValue(_json), Terminal(parsed, output, error)));

        var completion = Completion.Command(parsed => Terminal(parsed, output, error));

        foreach (var command in new[] { publish, list, remove, verify, export, import, cid, completion })
            root.Add(command);
        Help.Extend(root);

        var man = new Command("man", "Print the manual page: image2ipfs man | man -l -") { Hidden = true };
        man.SetAction(parsed => Terminal(parsed, output, error).Result(ManualPage.Of(root).TrimEnd()));
        root.Add(man);
        return root;
    }

    private static void Add(Command command, Symbol symbol)
    {
        if (symbol is Argument argument)
            command.Add(argument);
        else
            command.Add((Option)symbol);
    }

    /// <summary>Where the result goes is stderr when stdout carries a CAR.</summary>
    private Terminal Terminal(ParseResult parsed, TextWriter output, TextWriter error) =>
        new((parsed.GetValue(_to) ?? []).Contains("car:-") ? error : output, error, parsed.GetValue(_quiet), parsed.GetValue(_verbose), parsed.GetValue(_debug));

    private LocalStore Store(ParseResult parsed) => new(parsed.GetValue(_store) is { Length: > 0 } folder ? folder : LocalStore.DefaultFolder());

    private PullName PullName(ParseResult parsed) => new(parsed.GetValue(_registry)!);

    private Cid Root(ParseResult parsed) => Output.PullName.ParseRoot(parsed.GetValue(_root)!);

    private string? Input(ParseResult parsed) => (parsed.GetValue(_input), parsed.GetValue(_inputOption)) switch
    {
        (not null, not null) => throw new UsageException("INPUT and --input are the same; give one of them"),
        var (argument, option) => argument ?? option,
    };

    private List<ITarget> ExportTargets(ParseResult parsed) =>
        Targets(parsed) is { Count: > 0 } targets ? targets : throw new UsageException("export needs a target: --to kubo, --to ipfs, --to car:FILE or --to dir:FOLDER");

    private List<ITarget> Targets(ParseResult parsed)
    {
        var silence = TimeSpan.FromSeconds(InRange("--timeout", parsed.GetValue(_timeout), 1, 86_400));
        var kubo = Checked(() => KuboOptions.Of(parsed.GetValue(_pinName), parsed.GetValue(_mfs), parsed.GetValue(_ipns), silence));
        var targets = (parsed.GetValue(_to) ?? []).Select(text => Checked(() => Target.Parse(text, kubo))).OfType<ITarget>().ToList();
        foreach (var option in new Option[] { _pinName, _mfs, _ipns, _timeout })
            if (parsed.GetResult(option) is { Implicit: false } && !targets.OfType<KuboTarget>().Any())
                throw new UsageException($"{option.Name} is for --to kubo");
        return targets.OfType<CarTarget>().Count(t => t.IsStdout) > 1 ? throw new UsageException("stdout can take one CAR") : targets;
    }

    private PublishOptions Options(ParseResult parsed)
    {
        var options = new PublishOptions
        {
            Profile = CidProfile.All.FirstOrDefault(p => p.Name == parsed.GetValue(_profile))
                ?? throw new UsageException($"--cid-profile is one of {string.Join(", ", CidProfile.All.Select(p => p.Name))}"),
            Compression = Checked(() => Compression.Parse(parsed.GetValue(_compression)!, parsed.GetValue(_level))),
            Threads = InRange("--threads", parsed.GetValue(_threads) ?? PublishOptions.DefaultThreads, 1, 256),
            NoAdd = parsed.GetValue(_noAdd),
            Name = parsed.GetValue(_name) is { } name ? Checked(() => RepositoryName.Parse(name)) : null,
            Tag = parsed.GetValue(_tag) is { } tag ? Checked(() => Tag.Parse(tag)) : null,
            Platforms = [.. (parsed.GetValue(_platform) ?? []).SelectMany(p => p.Split(',')).Select(ParsePlatform)],
            Targets = Targets(parsed),
        };
        return options.NoAdd && options.Targets.Count > 0 ? throw new UsageException("--no-add and --to contradict each other") : options;
    }

    private static Platform ParsePlatform(string text) =>
        Platform.TryParse(text, out var platform) ? platform : throw new UsageException($"'{Printable.Text(text)}' is not a platform, such as linux/amd64 or linux/arm64/v8");

    private static int InRange(string option, int value, int min, int max) =>
        value >= min && value <= max ? value : throw new UsageException($"{option} is {min} to {max}, not {value}");

    private static T Checked<T>(Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message);
        }
    }
}
