namespace Image2Ipfs.Testing;

/// <summary>The publisher, as a process of its own, on one store.</summary>
public sealed class PublisherProcess(string store)
{
    /// <summary>The store's folder, in the environment, as both programs read it.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; } = new Dictionary<string, string?> { ["IMAGE2IPFS_STORE"] = store };

    public Task<CommandResult> RunAsync(params IEnumerable<string> arguments) => Command.RunAsync(Programs.Dotnet, [Programs.Publisher, .. arguments], Environment);

    /// <summary>Publishes an archive into the store.</summary>
    public async Task<Published> PublishAsync(string archive, params string[] options) =>
        Published.Parse((await RunAsync([archive, "--json", .. options])).Succeeded().Output);
}
