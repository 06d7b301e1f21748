// When a disk will be full, from how much was free before.

using LedgerStore.Server.Disk;
using Xunit;

namespace LedgerStore.Tests.Server;

public sealed class DiskForecastTests
{
    [Fact]
    public void A_disk_that_fills_at_one_rate_is_full_when_that_rate_says()
    {
        DiskForecast forecast = new();
        for (int second = 0; second <= 100; second++)
        {
            forecast.Note(TimeSpan.FromSeconds(second), 1_000_000 - (second * 1_000));
        }

        Assert.Equal(TimeSpan.FromSeconds(900), forecast.FullIn);
    }

    [Fact]
    public void What_was_ten_minutes_ago_does_not_count()
    {
        DiskForecast forecast = new();
        forecast.Note(TimeSpan.Zero, long.MaxValue / 2);
        for (int step = 1; step <= 60; step++)
        {
            forecast.Note(TimeSpan.FromSeconds(10 * step), 1_000_000 - (step * 10_000));
        }

        Assert.Equal(400, forecast.FullIn!.Value.TotalSeconds, 3);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    public void A_disk_that_does_not_fill_is_never_full(long freedEachTime)
    {
        DiskForecast forecast = new();
        Assert.Null(forecast.FullIn);
        for (int step = 0; step < 10; step++)
        {
            forecast.Note(TimeSpan.FromSeconds(10 * step), 1_000_000 + (step * freedEachTime));
            Assert.Null(forecast.FullIn);
        }
    }

    [Fact]
    public async Task The_watch_counts_what_the_ledgers_take()
    {
        string data = Directory.CreateTempSubdirectory("ledgerstore-disk-").FullName;
        Directory.CreateDirectory(Path.Combine(data, "ledgers", "1", "segments"));
        await File.WriteAllBytesAsync(Path.Combine(data, "ledgers", "1", "segments", "a"), new byte[100]);
        await File.WriteAllBytesAsync(Path.Combine(data, "ledgers", "1", "b"), new byte[23]);
        await File.WriteAllBytesAsync(Path.Combine(data, "elsewhere"), new byte[1000]);
        DiskWatch watch = new(data, TimeProvider.System);
        watch.Look();
        while (watch.StoredBytes == 0)
        {
            await Task.Delay(5);
        }

        Assert.Equal(123, watch.StoredBytes);
        Assert.True(watch.FreeBytes > 0);
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public void Beyond_a_year_it_says_nothing()
    {
        DiskForecast forecast = new();
        forecast.Note(TimeSpan.Zero, 1_000_000_000_001);
        forecast.Note(TimeSpan.FromSeconds(10), 1_000_000_000_000);
        Assert.Null(forecast.FullIn);
    }
}
