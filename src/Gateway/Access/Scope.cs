namespace Image2Ipfs.Gateway.Access;

/// <summary>
/// What a token is for.
/// <code>
/// scope := type ":" name ":" action *( "," action )      repository:team/app:pull, registry:catalog:*
/// </code>
/// Source: distribution, docs/spec/auth/scope.md. A name may have colons of its own.
/// </summary>
internal sealed record Scope(string Type, string Name, string Action)
{
    private const string Repository = "repository";
    private const string Pull = "pull";

    /// <summary>The list of all names; and whatever has none, outside the registry.</summary>
    public static readonly Scope Everything = new("registry", "catalog", "*");

    public static Scope ToPull(string name) => new(Repository, name, Pull);

    /// <summary>Whether there is anything of that kind here.</summary>
    public bool IsOfRepository => Type == Repository && Action == Pull;

    /// <param name="texts">Scopes with spaces between them, as often as a client likes.</param>
    /// <returns>Each action of each; what is no scope is left out, as what is not granted is.</returns>
    public static IEnumerable<Scope> ParseAll(IEnumerable<string?> texts)
    {
        foreach (var text in texts.SelectMany(t => (t ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)))
        {
            var (first, last) = (text.IndexOf(':', StringComparison.Ordinal), text.LastIndexOf(':'));
            if (first <= 0 || last <= first + 1)
                continue;
            foreach (var action in text[(last + 1)..].Split(',', StringSplitOptions.RemoveEmptyEntries))
                yield return new Scope(text[..first], text[(first + 1)..last], action);
        }
    }

    public override string ToString() => $"{Type}:{Name}:{Action}";
}
