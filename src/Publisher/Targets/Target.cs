using Image2Ipfs.Publisher.Targets.Kubo;

namespace Image2Ipfs.Publisher.Targets;

/// <summary>The grammar of <c>--to</c>: <c>store | kubo[:ADDRESS] | ipfs | car:FILE | car:- | dir:FOLDER</c>.</summary>
internal static class Target
{
    /// <param name="text">What follows <c>--to</c>.</param>
    /// <param name="kubo">What else a node is to do.</param>
    /// <returns>The target, or null for the store, where every publish goes anyway.</returns>
    /// <exception cref="FormatException">The text names no target; the message says what does.</exception>
    /// <exception cref="PublisherException">What the environment says of the target is wrong.</exception>
    public static ITarget? Parse(string text, KuboOptions kubo) => text.Split(':', 2) switch
    {
        ["store"] => null,
        ["kubo", .. { Length: < 2 } address] when address is not [""] => Node(address.FirstOrDefault(), kubo),
        ["ipfs"] => new IpfsTarget(),
        ["car", "-"] when !Console.IsOutputRedirected => throw new FormatException("a CAR is nothing for a terminal: redirect stdout, or name a file"),
        ["car", { Length: > 0 } file] => new CarTarget(file),
        ["dir", { Length: > 0 } folder] => new FolderTarget(folder),
        // A password may stand behind the colon.
        [var kind, ..] => throw new FormatException($"'{Printable.Text(kind)}' is not a target, or lacks what belongs behind it; targets are store, kubo[:URL], ipfs, car:FILE, car:- and dir:FOLDER"),
        [] => throw new FormatException("--to is empty"),
    };

    private static KuboTarget Node(string? text, KuboOptions options)
    {
        var address = KuboAddress.Find(text, Environment.GetEnvironmentVariable);
        return new KuboTarget(address, text is null ? "kubo" : $"kubo:{address}", options);
    }
}
