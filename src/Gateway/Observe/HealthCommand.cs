namespace Image2Ipfs.Gateway.Observe;

/// <summary>
/// <c>Gateway health [ADDRESS]</c>: asks one that runs whether it is ready. For service managers that know nothing but exit
/// codes (Docker, Compose), from an image that has no other program.
/// </summary>
internal static class HealthCommand
{
    /// <summary>Where a Gateway listens that was told nothing else.</summary>
    private const string DefaultAddress = "http://127.0.0.1:5000";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <returns>0 if it is ready, 1 if not, 2 for a wrong address.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Length > 1 || !Uri.TryCreate(args.FirstOrDefault(DefaultAddress), UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            Console.Error.WriteLine("Gateway: error: usage: Gateway health [http://HOST:PORT]");
            return 2;
        }
        using var client = new HttpClient { Timeout = Patience };
        try
        {
            using var answer = await client.GetAsync(new Uri(address, "/health/ready"));
            Console.Write(await answer.Content.ReadAsStringAsync());
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            Console.Error.WriteLine($"Gateway: error: {address} does not answer: {e.Message}");
            return 1;
        }
    }
}
