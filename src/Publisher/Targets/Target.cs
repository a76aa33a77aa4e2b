namespace Image2Ipfs.Publisher.Targets;

/// <summary>The grammar of <c>--to</c>: <c>store | car:FILE | dir:FOLDER</c>.</summary>
internal static class Target
{
    /// <returns>The target, or null for the store, where every publish goes anyway.</returns>
    /// <exception cref="FormatException">The text names no target; the message says what does.</exception>
    public static ITarget? Parse(string text) => text.Split(':', 2) switch
    {
        ["store"] => null,
        ["car", { Length: > 0 } file] => new CarTarget(file),
        ["dir", { Length: > 0 } folder] => new FolderTarget(folder),
        _ => throw new FormatException($"'{Printable.Text(text)}' is not a target; targets are store, car:FILE and dir:FOLDER"),
    };
}
