using System.Diagnostics;

namespace Image2Ipfs.Publisher.Tests;

/// <summary>A file system of a few MiB in memory, where the test may mount one.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly string _folder;

    private SmallDisk(string folder) => _folder = folder;

    public static async Task<SmallDisk?> MountAsync(string folder, int mebibytes)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        Directory.CreateDirectory(folder);
        return await RunAsync("mount", "-t", "tmpfs", "-o", $"size={mebibytes}m", "tmpfs", folder) ? new SmallDisk(folder) : null;
    }

    public async Task MakeReadOnlyAsync() => Assert.True(await RunAsync("mount", "-o", "remount,ro", _folder));

    public async ValueTask DisposeAsync() => await RunAsync("umount", "-l", _folder);

    private static async Task<bool> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
